from chat.views.urls import urlpatterns as pages

urlpatterns = [*pages]
