"""Files with rows and columns that a MIS leaves in a folder or a ZIP, read safely whoever wrote them.

``source``     the folder, ZIP or single file: opened safely, watched for change
``decoding``   bytes → text: which encoding it is, told and not assumed
``dialect``    which delimiter, which row is the header, what stands before it
``table``      one file: header, rows with ``file:line``, digest, footers
``cells``      one cell → one value, in the shapes UK exports use
``pages``      records of one report, in batches
``freshness``  the same file as last time, or yesterday's
"""
