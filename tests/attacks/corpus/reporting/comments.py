# attack: is nothing but comments
# verdict: error missing

# to do
