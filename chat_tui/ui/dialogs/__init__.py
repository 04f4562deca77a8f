"""What asks the operator something and gives one answer back. Loaded when first wanted.

`dialogs` opens them; each stands in the module of what it is about.
"""
