"""Static files: compressed, and named by their content, the imports between JavaScript modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    # A page must not fail for a file that a developer has not collected yet.
    manifest_strict = False
