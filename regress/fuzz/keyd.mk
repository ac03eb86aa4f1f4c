keyd_fuzz_SRC := apid/keycheck.c
