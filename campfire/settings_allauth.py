"""django-allauth: sign-in by e-mail and password, password reset, in our own templates."""

from campfire.environment import env

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
