"""django-allauth: sign-up by invitation, sign-in by e-mail and password, in our own templates."""

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Ten failures in three minutes for an account and address.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/3m/key,100/3m/ip", "login": "60/m/ip", "signup": "20/m/ip"}
