"""Validates a report against the schema of its form: validate-report junit|sarif FILE. Exit status 1 if it is not valid."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "python"))

import fastjsonschema  # noqa: E402
import xmlschema  # noqa: E402


def main(form, file):
    try:
        if form == "sarif":
            schema = json.loads((HERE / "sarif-2.1.0.json").read_text())
            fastjsonschema.compile(schema, use_formats=False)(json.loads(pathlib.Path(file).read_text()))
        else:
            xmlschema.XMLSchema(str(HERE / "junit-10.xsd")).validate(file)
    except (fastjsonschema.JsonSchemaException, xmlschema.XMLSchemaException) as error:
        sys.exit(f"{file}: {error}")


main(*sys.argv[1:])
