form_fuzz_SRC := apid/form.c
