"""Promise 8: codes issued = received + open + decided + withdrawn + refused + parked.

balance   the sum and every code that differs, as a pure function of what the services know
books     what the services know, each read through its own store
"""
