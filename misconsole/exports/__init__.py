"""Files for systems downstream: one small pure module a format, from what is known to rows and columns.

Nothing here opens a file or a store.  ``catalogue`` lists the formats; each declares what it holds and what
it leaves out, and the documentation is written from these declarations.
"""
