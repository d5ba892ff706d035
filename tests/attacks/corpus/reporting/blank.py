# attack: is blank
# verdict: error empty
# source: b"\xef\xbb\xbf \r\n\t\f\n"
