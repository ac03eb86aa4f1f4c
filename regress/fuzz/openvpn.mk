openvpn_fuzz_SRC := leased/openvpn_parse.c
