form_fuzz_SRC := apid/form.c apid/hex.c
