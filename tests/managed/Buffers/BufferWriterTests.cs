using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace MmapIo.Tests;

/// <summary><see cref="MapBufferWriter"/>: writing on and on, with a file that grows along and is cut off at the end.</summary>
public sealed class BufferWriterTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_was_written_is_the_file_to_the_byte()
    {
        string path = _scratch.Holding([]);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        {
            using MapBufferWriter writer = map.AsBufferWriter(0);
            for (int i = 0; i < 2000; i++)
            {
                Span<byte> room = writer.GetSpan((i % 300) + 1);
                Assert.True(room.Length > i % 300);
                Pattern.Bytes(writer.WrittenCount, i % 300).CopyTo(room);
                writer.Advance(i % 300);
            }
            Assert.True(map.Length > writer.WrittenCount);
        }
        byte[] written = File.ReadAllBytes(path);
        Assert.Equal(Enumerable.Range(0, 2000).Sum(i => i % 300), written.Length);
        Assert.Equal(Pattern.Bytes(0, written.Length), written);
    }

    [Fact]
    public void Any_way_of_writing_gives_what_the_frameworks_writer_gives() =>
        Gen.Select(Gen.Int[0, 5000].Array[0, 40], Gen.Int[0, 50], Gen.Bool).Sample((sizes, start, byMemory) =>
        {
            string path = _scratch.Patterned(50);
            var expected = new ArrayBufferWriter<byte>();
            using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
            using (MapBufferWriter writer = map.AsBufferWriter(start))
            {
                foreach (int size in sizes)
                {
                    byte[] bytes = Pattern.Bytes(size, size / 2);
                    bytes.CopyTo(byMemory ? writer.GetMemory(size).Span : writer.GetSpan(size));
                    writer.Advance(bytes.Length);
                    expected.Write(bytes);
                }
            }
            byte[] tail = Pattern.Bytes(0, 50)[Math.Min(50, start + expected.WrittenCount)..];
            byte[] whole = [.. Pattern.Bytes(0, start), .. expected.WrittenSpan, .. tail];
            return File.ReadAllBytes(path).AsSpan().SequenceEqual(whole);
        }, iter: 30, threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void Nothing_can_be_declared_written_before_there_was_room_asked_for(int start)
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(10), MapAccess.ReadWrite);
        using MapBufferWriter writer = map.AsBufferWriter(start);
        writer.Advance(0);
        Refused.Naming("count", () => writer.Advance(1));
        Assert.Equal(0, writer.WrittenCount);
    }

    [Fact]
    public void Json_is_written_through_it()
    {
        string path = _scratch.Holding([]);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        using (MapBufferWriter writer = map.AsBufferWriter(0))
        using (var json = new Utf8JsonWriter(writer))
        {
            JsonSerializer.Serialize(json, Enumerable.Range(0, 20_000).ToArray());
            json.Flush();
        }
        Assert.Equal(Enumerable.Range(0, 20_000), JsonSerializer.Deserialize<int[]>(File.ReadAllText(path)));
    }

    [Fact]
    public void Writing_within_the_map_leaves_its_length_and_what_follows()
    {
        string path = _scratch.Patterned(5000);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        using (MapBufferWriter writer = map.AsBufferWriter(100))
        {
            writer.Write(Encoding.ASCII.GetBytes("here"));
        }
        byte[] expected = Pattern.Bytes(0, 5000);
        Encoding.ASCII.GetBytes("here").CopyTo(expected, 100);
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_is_out_of_order_is_refused()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(5000), MapAccess.ReadWrite);
        MapBufferWriter writer = map.AsBufferWriter(5000);
        Refused.Naming("count", () => writer.Advance(1));
        Refused.Naming("sizeHint", () => writer.GetMemory(-1));
        int room = writer.GetMemory().Length;
        Assert.True(room > 0);
        Refused.Naming("count", () => writer.Advance(-1));
        Refused.Naming("count", () => writer.Advance(room + 1));
        writer.Advance(0);
        Assert.Equal(0, writer.WrittenCount);
        writer.Dispose();
        writer.Dispose();
        Assert.Equal(5000, map.Length);
        Assert.Throws<ObjectDisposedException>(() => writer.GetMemory());
        Assert.Throws<ObjectDisposedException>(() => writer.Advance(0));
        Refused.Naming("start", () => map.AsBufferWriter(5001));
        Refused.Naming("start", () => map.AsBufferWriter(-1));
        using MemoryMap reading = MemoryMap.Open(_scratch.At("patterned"));
        Assert.Throws<NotSupportedException>(() => reading.AsBufferWriter(0));
    }

    [Fact]
    public void Memory_given_before_says_that_it_has_ended()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([]), MapAccess.ReadWrite);
        using MapBufferWriter writer = map.AsBufferWriter(0);
        Memory<byte> first = writer.GetMemory(10);
        first.Span[0] = 1;
        writer.Advance(10);
        _ = writer.GetMemory(1 << 20);
        Assert.Throws<ObjectDisposedException>(() => first.Span[0] = 2);
        Assert.Equal(1, map.Read<byte>(0));
    }

    [Fact]
    public void Growing_under_a_lease_is_refused_and_loses_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(5000), MapAccess.ReadWrite);
        using MapBufferWriter writer = map.AsBufferWriter(5000);
        using (map.Lease())
        {
            Assert.Throws<InvalidOperationException>(() => writer.GetMemory());
            Assert.Equal(5000, map.Length);
        }
        writer.Write<byte>([1, 2, 3]);
        Assert.Equal(3, writer.WrittenCount);
        Assert.Equal(2, map.Read<byte>(5001));
    }

    [Fact]
    public void With_a_reserve_it_grows_under_a_lease()
    {
        Needs.Capability(MemoryMap.Capabilities.CanReserve, "reserve address space");
        string path = _scratch.Patterned(5000);
        var options = new MapOptions { Reserve = 1 << 24 };
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options))
        {
            using MapBufferWriter writer = map.AsBufferWriter(5000);
            using (MapLease lease = map.Lease())
            {
                writer.Write(Pattern.Bytes(5000, 1 << 20));
                Assert.Equal(Pattern.Bytes(0, 5000), lease.Span);
                Assert.Equal(5000, lease.Length);
            }
        }
        Assert.Equal(Pattern.Bytes(0, 5000 + (1 << 20)), File.ReadAllBytes(path));
    }

    [Fact]
    public void Under_a_lease_it_grows_to_the_end_of_the_reserve()
    {
        Needs.Capability(MemoryMap.Capabilities.CanReserve, "reserve address space");
        var options = new MapOptions { Reserve = 1 << 20 };
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(900_000), MapAccess.ReadWrite, options);
        using MapBufferWriter writer = map.AsBufferWriter(900_000);
        using (map.Lease(0, 10))
        {
            writer.Write(Pattern.Bytes(900_000, (1 << 20) - 900_000));
            Assert.Throws<InvalidOperationException>(() => writer.GetSpan(1));
        }
        Assert.Equal(Pattern.At((1 << 20) - 1), map.Read<byte>((1 << 20) - 1));
    }

    /// <summary>Whatever the map covers, and however far the writer comes: the file has its bytes, but for those that
    /// were written over, and is no shorter.</summary>
    [Theory]
    [InlineData(0, 10, 10, 0)]
    [InlineData(0, 10, 10, 5)]
    [InlineData(0, 10, 3, 5)]
    [InlineData(0, 10, 0, 990)]
    [InlineData(0, 10, 10, 990)]
    [InlineData(0, 10, 10, 991)]
    [InlineData(0, 10, 10, 100_000)]
    [InlineData(200, 10, 10, 0)]
    [InlineData(200, 10, 10, 5)]
    [InlineData(200, 10, 10, 5000)]
    [InlineData(200, 800, 800, 0)]
    [InlineData(200, 800, 800, 5)]
    [InlineData(0, 1000, 1000, 0)]
    [InlineData(0, 1000, 1000, 5)]
    public void A_file_never_ends_before_where_it_did(int offset, int length, int start, int written)
    {
        string path = _scratch.Patterned(1000);
        byte[] bytes = [.. Enumerable.Repeat((byte)0xEE, written)];
        var options = new MapOptions { Offset = offset, Length = length };
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options))
        {
            using (MapBufferWriter writer = map.AsBufferWriter(start))
            {
                _ = writer.GetSpan(1);
                writer.Write(bytes);
                _ = writer.GetSpan(1);
            }
            Assert.Equal(Math.Max(length, start + written), map.Length);
        }
        byte[] expected = Pattern.Bytes(0, Math.Max(1000, offset + start + written));
        if (expected.Length > 1000)
        {
            expected.AsSpan(1000).Clear();
        }
        bytes.CopyTo(expected, offset + start);
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_others_append_before_the_map_grows_over_it_is_not_cut_off()
    {
        Needs.Posix("Windows has no lengths of a mapped file that others set");
        string path = _scratch.Patterned(1000);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        using (MapBufferWriter writer = map.AsBufferWriter(1000))
        {
            Cut.To(path, 2000);
            _ = writer.GetSpan(1);
            writer.Write<byte>([1, 2, 3]);
        }
        Assert.Equal([.. Pattern.Bytes(0, 1000), 1, 2, 3, .. new byte[997]], File.ReadAllBytes(path));
    }

    [Fact]
    public void Memory_without_a_file_ends_where_writing_did()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(10);
        using (MapBufferWriter writer = map.AsBufferWriter(10))
        {
            writer.Write<byte>([1, 2, 3]);
        }
        Assert.Equal((13, (byte)3), (map.Length, map.Read<byte>(12)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Refused_under_a_lease_its_end_can_be_repeated_and_cuts_off_then(int written)
    {
        string path = _scratch.Patterned(1000);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        MapBufferWriter writer = map.AsBufferWriter(1000);
        _ = writer.GetSpan(1);
        using (map.Lease())
        {
            Assert.Throws<InvalidOperationException>(writer.Dispose);
            Assert.Throws<InvalidOperationException>(writer.Dispose);
        }
        writer.Write(new byte[written]);
        writer.Dispose();
        writer.Dispose();
        Assert.Equal((1000 + written, 1000 + written), (map.Length, new FileInfo(path).Length));
        Assert.Throws<ObjectDisposedException>(() => writer.GetMemory());
    }

    [Fact]
    public void Closed_after_its_map_it_tells_that_the_file_is_too_long()
    {
        string path = _scratch.Patterned(1000);
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        MapBufferWriter writer = map.AsBufferWriter(1000);
        writer.Write<byte>([1, 2, 3]);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(writer.Dispose);
        writer.Dispose();
        Assert.True(new FileInfo(path).Length > 1003);

        map = MemoryMap.Open(_scratch.Patterned(1000), MapAccess.ReadWrite);
        writer = map.AsBufferWriter(0);
        writer.Write<byte>([1, 2, 3]);
        map.Dispose();
        writer.Dispose();
    }
}
