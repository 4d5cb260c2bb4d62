"""What a seller's credential looks like to somebody else's program: names, file forms, and the values that fit.

`formats` is the table of names, `forms` writes files, `fields` says what there is to write.
"""
