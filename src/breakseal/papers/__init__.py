"""Courts' papers that come as signed PDFs: who signed, and whether they are unchanged. Evidence, never a ground.

No part of the core: the keyholder reads no PDF. The library that does runs in a process of its own (`apart`).
"""
