"""Every address of the product."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.admin.site import site

urlpatterns = [
    path("", include("campfire.http.health")),
    path("api/", include("accounts.api.urls")),
    path("api/", include("chat.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("admin/", site.urls),
    path("", include("accounts.urls")),
    path("", include("chat.urls")),
]
handler400 = "campfire.http.handlers.bad_request"
handler403 = "campfire.http.handlers.forbidden"
handler404 = "campfire.http.handlers.not_found"
handler429 = "campfire.http.handlers.too_many"
handler500 = "campfire.http.handlers.server_error"
