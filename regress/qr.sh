# Reads QR codes as sallyctl prints them.  Needs ZXingReader.  Source lib.sh
# first.

# What a camera sees of a text on a dark terminal: half blocks to a picture, and
# the bytes that a reader finds in it.
scan() {
	LC_ALL=C sed 's/\xe2\x96\x88/B/g
	    s/\xe2\x96\x80/U/g; s/\xe2\x96\x84/L/g' | awk '{
		up = low = ""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			up = up (c ~ /[BU]/ ? "~~~~" : "    ")
			low = low (c ~ /[BL]/ ? "~~~~" : "    ")
		}
		img = img up up up up low low low low
	} END {
		printf "P5 %d %d 255\n%s", length(up), NR * 8, img
	}' >"$WORK/qr.pgm"
	ZXingReader "$WORK/qr.pgm" | sed -n 's/^Bytes: *//p' | tr ' ' '\n' |
	    while read -r byte; do
		printf "\\$(printf %03o "0x$byte")"
	done
}
