openvpn_test_OBJ := $(O)/leased/openvpn_parse.o
