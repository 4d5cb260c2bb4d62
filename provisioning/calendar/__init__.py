"""The calendar function: once a day it looks at the whole fleet, marks, tells and counts."""
