using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MmapIo.Build;

/// <summary>
/// The picture that the packages carry: a file as rows of pages, some of them in memory. It is drawn, not kept:
/// pictures do not belong among sources that can be compared line by line.
/// </summary>
internal static class PackageIcon
{
    private const int Side = 128;
    private const int Pages = 4;
    private const int Margin = 12;
    private const int Pitch = (Side - (2 * Margin)) / Pages;
    private const int Gap = 4;

    /// <summary>Red, green, blue and opacity.</summary>
    private const uint Ground = 0x1F2933FF;
    private const uint OnDisk = 0x52606DFF;
    private const uint InMemory = 0x3EBD93FF;

    /// <summary>One letter a page: '#' is in memory.</summary>
    private static readonly string[] s_residency = ["##..", "####", ".##.", "...#"];

    public static string Path { get; } = Repository.At("artifacts", "icon.png");

    public static void Draw()
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        header[8] = 8;
        header[9] = 6;
        WriteChunk(png, "IHDR", header);
        WriteChunk(png, "IDAT", Compressed());
        WriteChunk(png, "IEND", []);
        File.WriteAllBytes(Path, png.ToArray());
    }

    private static byte[] Compressed()
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal))
        {
            Span<byte> pixel = stackalloc byte[sizeof(uint)];
            for (int y = 0; y < Side; y++)
            {
                zlib.WriteByte(0);
                for (int x = 0; x < Side; x++)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(pixel, Colour(x, y));
                    zlib.Write(pixel);
                }
            }
        }

        return data.ToArray();
    }

    private static uint Colour(int x, int y)
    {
        (int column, int inColumn) = Math.DivRem(x - Margin, Pitch);
        (int row, int inRow) = Math.DivRem(y - Margin, Pitch);
        bool isPage = x >= Margin && y >= Margin && column < Pages && row < Pages
            && inColumn is >= Gap and < Pitch - Gap && inRow is >= Gap and < Pitch - Gap;
        return !isPage ? Ground : s_residency[row][column] == '#' ? InMemory : OnDisk;
    }

    private static void WriteChunk(Stream png, string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(named));
        png.Write(number);
    }

    private static uint Crc32(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
            }
        }

        return ~crc;
    }
}
