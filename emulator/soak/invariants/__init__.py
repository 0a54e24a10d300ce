"""What must hold after every step of any story, one file each; `standard.py` lists them.

They do not know how the terminal keeps its promises, only what they are.
"""
