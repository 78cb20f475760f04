"""The pages about people. Some have a second name, under which allauth looks for them."""

from django.urls import path, re_path

from accounts.views import invitations, join, passwords, sign_in

urlpatterns = [
    path("sign-in", sign_in.SignInView.as_view(), name="sign_in"),
    path("sign-in", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("sign-out", sign_in.sign_out, name="account_logout"),
    path("join/<str:code>", join.join, name="join"),
    path("invitations", invitations.invitations, name="invitations"),
    path("invitations/<uuid:invitation>/code.svg", invitations.code, name="invitation_code"),
    path("invitations/<uuid:invitation>/revoke", invitations.revoke, name="revoke_invitation"),
    path("password-reset", passwords.PasswordResetView.as_view(), name="password_reset"),
    path("password-reset", passwords.PasswordResetView.as_view(), name="account_reset_password"),
    path("password-reset/sent", passwords.PasswordResetDoneView.as_view(), name="account_reset_password_done"),
    path(
        "password-reset/done",
        passwords.PasswordResetFromKeyDoneView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password-reset/(?P<uidb36>[0-9a-z]+)-(?P<key>[^/]+)$",
        passwords.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
]
