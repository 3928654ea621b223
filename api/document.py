"""`python -m api.document` writes the OpenAPI document, as docs/reference/openapi.json keeps it."""

import json
import sys

from api.app import create_app

if __name__ == "__main__":
    json.dump(create_app().openapi(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
