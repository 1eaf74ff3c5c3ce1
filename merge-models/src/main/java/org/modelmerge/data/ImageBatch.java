package org.modelmerge.data;

/// Some images of one size.
///
/// @param count the number of images
/// @param height rows of an image
/// @param width columns of an image
/// @param channels 1 for grey, 3 for red, green and blue
/// @param pixels unsigned bytes [count, height, width, channels], not copied
public record ImageBatch(int count, int height, int width, int channels, byte[] pixels) {
    /// Checks the sizes.
    ///
    /// @throws IllegalArgumentException if the array does not hold that many pixels
    public ImageBatch {
        long expected = (long) count * height * width * channels;
        if (pixels.length < expected) {
            throw new IllegalArgumentException("got " + pixels.length + " pixels, expected " + expected);
        }
    }

    /// Bytes of one image.
    public int imageBytes() {
        return height * width * channels;
    }
}
