# attack: makes the compiler compute what is too large
# verdict: error exception
# case: one_row

x = (((1 << 4095) ** 31) % 10**9,) * 255, "y" * 4096 * 4096 * 4096
