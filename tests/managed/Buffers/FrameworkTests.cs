using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace MmapIo.Tests;

/// <summary>Libraries that take spans, streams and memory, given those of a map.</summary>
public sealed class FrameworkTests : IDisposable
{
    /// <summary>"ARROW1", padded to a multiple of 8.</summary>
    private const int MagicLength = 8;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_hash_is_the_same_over_the_lease_the_stream_and_the_file()
    {
        string path = _scratch.Patterned(1_000_003);
        using MemoryMap map = MemoryMap.Open(path);
        ulong expected = XxHash3.HashToUInt64(File.ReadAllBytes(path));
        using (MapLease lease = map.Lease())
        {
            Assert.Equal(expected, XxHash3.HashToUInt64(lease.Span));
        }
        var hash = new XxHash3();
        using (Stream stream = map.AsStream())
        {
            hash.Append(stream);
        }
        Assert.Equal(expected, hash.GetCurrentHashAsUInt64());
    }

    [Fact]
    public void Numbers_of_either_byte_order_are_read_from_a_slice()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([0xFF, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]));
        using MapLease lease = map.Lease();
        Assert.Equal(0x0102030405060708, BinaryPrimitives.ReadInt64BigEndian(lease.Slice(1, 8)));
        Assert.Equal(0x0807060504030201, BinaryPrimitives.ReadInt64LittleEndian(lease.Slice(1, 8)));
        Assert.Equal(0x0304, BinaryPrimitives.ReadUInt16BigEndian(lease.Slice(3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using MapLease other = map.Lease();
            return BinaryPrimitives.ReadInt64BigEndian(other.Slice(2, 8));
        });
    }

    [Fact]
    public unsafe void An_arrow_file_is_read_where_it_lies()
    {
        const int Rows = 50_000;
        string path = WriteArrow(Rows);
        using MemoryMap map = MemoryMap.Open(path);
        AssertFileReaderAgrees(map, Rows);

        // That reader takes streams only, and copies. The one that takes memory wants what is in the file behind its
        // magic number, and does not.
        using var reader = new ArrowStreamReader(map.GetReadOnlyMemory(MagicLength, (int)map.Length - MagicLength));
        using RecordBatch batch = reader.ReadNextRecordBatch();
        var numbers = (Int64Array)batch.Column("number");
        Assert.Equal(Rows, numbers.Length);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => i * 3L), numbers.Values.ToArray());
        Assert.Equal("row 49999", ((StringArray)batch.Column("text")).GetString(Rows - 1));
        using MapLease lease = map.Lease();
        AssertInside(lease, MemoryMarshal.AsBytes(numbers.Values));
        AssertInside(lease, ((StringArray)batch.Column("text")).Values);
    }

    private static void AssertFileReaderAgrees(MemoryMap map, int rows)
    {
        using var reader = new ArrowFileReader(map.AsStream());
        using RecordBatch batch = reader.ReadNextRecordBatch();
        Assert.Equal(rows, batch.Length);
        Assert.Equal((rows - 1) * 3L, ((Int64Array)batch.Column("number")).GetValue(rows - 1));
    }

    private static unsafe void AssertInside(MapLease lease, ReadOnlySpan<byte> part)
    {
        byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(lease.Span));
        byte* here = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(part));
        Assert.True(part.Length > 0 && here >= first && here + part.Length <= first + lease.Length, "it is a copy");
    }

    private string WriteArrow(int rows)
    {
        string path = _scratch.At("table.arrow");
        var schema = new Schema(
            [new Field("number", Int64Type.Default, false), new Field("text", StringType.Default, false)], null);
        Int64Array numbers = new Int64Array.Builder().AppendRange(Enumerable.Range(0, rows).Select(i => i * 3L)).Build();
        StringArray texts = new StringArray.Builder().AppendRange(Enumerable.Range(0, rows).Select(i => $"row {i}")).Build();
        using var batch = new RecordBatch(schema, [numbers, texts], rows);
        using FileStream file = File.Create(path);
        using var writer = new ArrowFileWriter(file, schema);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
        return path;
    }
}
