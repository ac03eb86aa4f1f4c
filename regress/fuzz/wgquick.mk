wgquick_fuzz_SRC := sallyctl/wgquick.c
