subject_fuzz_SRC := apid/subject.c apid/printable.c
