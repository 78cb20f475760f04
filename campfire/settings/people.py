"""Accounts, sessions and sign-in; django-allauth signs in by email and password, in our own templates."""

from campfire.settings.environment import env
from campfire.settings.site import HTTPS

AUTH_USER_MODEL = "accounts.User"
# allauth's own backend would check a second time, and tell deactivated accounts apart.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "session_token"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
LOGIN_URL = "sign_in"
CSRF_FAILURE_VIEW = "campfire.http.handlers.csrf_failure"
LOGIN_REDIRECT_URL = "/"

# ---- django-allauth -------------------------------------------------------------------------------------

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reset_password": "accounts.forms.PasswordResetForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Nobody learns by mail or page whether an address is known here.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
PASSWORD_RESET_TIMEOUT = 4 * 3600

# How many proxies in front of the server set X-Forwarded-For; with 0 the header is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", default=0, at_least=0)

# Ten failures in three minutes for an account and address. RATE_LIMITS=off lifts only what load runs reach.
_LIFTED = not env.switch("RATE_LIMITS", default=True)
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/3m/key,100/3m/ip",
    "login": None if _LIFTED else "300/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
}
