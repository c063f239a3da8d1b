namespace MmapIo.Tests;

/// <summary>Bytes that tell where they stand: no page looks like another, and neighbours differ.</summary>
internal static class Pattern
{
    public static byte At(long position) => (byte)(((ulong)position * 0x9E3779B97F4A7C15UL) >> 56);

    public static byte[] Bytes(long start, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = At(start + i);
        }
        return bytes;
    }
}
