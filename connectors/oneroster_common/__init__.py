"""What OneRoster means, whichever way it comes: as files (``oneroster_csv``) or over REST (``oneroster``).

Roles, grades, enrolments, sourcedIds, dates of birth and names are read here, from rows that either way
delivers (``rows.Row``).  Nothing here opens a file or speaks HTTP.
"""
