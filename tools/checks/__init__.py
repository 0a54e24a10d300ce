"""What a machine can say of the source: form, types, floors between rooms, and what MicroPython would refuse.

It knows the house rules, and runs none of the code it reads.
"""
