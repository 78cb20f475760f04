from django.urls import path

from chat.views import setup
from chat.views.urls import urlpatterns as pages

urlpatterns = [path("setup", setup.setup, name="setup"), *pages]
