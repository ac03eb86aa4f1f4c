subject_fuzz_SRC := apid/subject.c apid/hex.c apid/printable.c
