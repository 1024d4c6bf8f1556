"""The trusted core, pure: values in, values out. Effects come in as the ports of `ports.py`."""
