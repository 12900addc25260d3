"""What `make bench` is made of; bench.py beside this folder is where it starts."""
