http_fuzz_SRC := apid/http.c
http_fuzz_LIBS := -lhttp_parser
