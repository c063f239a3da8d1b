using System.Buffers.Binary;
using System.Text;

namespace MmapIo.Build.Binaries;

/// <summary>The bytes of a binary, read as its format defines; what would lie outside is a malformed file.</summary>
internal sealed class Bytes(byte[] all)
{
    public int Length => all.Length;

    public static Bytes Of(string file) => new(File.ReadAllBytes(file));

    public byte U8(long at) => Slice(at, 1)[0];

    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, sizeof(ushort)));

    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, sizeof(uint)));

    public long I64(long at) => BinaryPrimitives.ReadInt64LittleEndian(Slice(at, sizeof(long)));

    /// <summary>Signatures of Mach-O files are big-endian on every processor.</summary>
    public uint BigU32(long at) => BinaryPrimitives.ReadUInt32BigEndian(Slice(at, sizeof(uint)));

    public ReadOnlySpan<byte> Slice(long at, long length) =>
        at >= 0 && length >= 0 && at <= all.Length && length <= all.Length - at
            ? all.AsSpan((int)at, (int)length)
            : throw new BadImageFormatException($"it has {all.Length} bytes, and {length} at {at} are not among them");

    /// <summary>The text up to the next zero byte.</summary>
    public string Text(long at)
    {
        ReadOnlySpan<byte> rest = Slice(at, all.Length - at);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    /// <summary>A number of seven bits a byte, least significant first; moves on past it.</summary>
    public ulong Uleb(ref long at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = U8(at++);
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new BadImageFormatException($"the number at {at} does not end");
    }
}
