using System.Text;
using CsCheck;

namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Lines(in MapScope)"/> and <see cref="MemoryMap.Chunks"/>: records where they lie.</summary>
public sealed class LinesTests : IDisposable
{
    /// <summary>Few letters, and many ends of lines of either kind.</summary>
    private static readonly string[] s_parts = ["\n", "\r\n", "\r", "a", "bc", ""];

    private static readonly Gen<byte[]> s_text = Gen.Int[0, s_parts.Length - 1].Array[0, 60]
        .Select(numbers => Encoding.ASCII.GetBytes(string.Concat(numbers.Select(number => s_parts[number]))));

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("", new string[] { })]
    [InlineData("one", new[] { "one" })]
    [InlineData("one\n", new[] { "one" })]
    [InlineData("one\ntwo", new[] { "one", "two" })]
    [InlineData("one\r\ntwo\r\n", new[] { "one", "two" })]
    [InlineData("\n\n", new[] { "", "" })]
    [InlineData("\r\n\n\r\n", new[] { "", "", "" })]
    [InlineData("a\rb\n", new[] { "a\rb" })]
    [InlineData("a\r\r\n", new[] { "a\r" })]
    [InlineData("\n", new[] { "" })]
    public void Lines_end_with_a_line_feed_that_a_carriage_return_may_precede(string text, string[] expected)
    {
        using MemoryMap map = MapOf(Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, LinesOf(map, new MapRange(0, map.Length)));
        List<string> all = [];
        foreach (ReadOnlySpan<byte> line in map.Lines())
        {
            all.Add(Encoding.ASCII.GetString(line));
        }
        Assert.Equal(expected, all);
    }

    /// <summary>Asked for before the map got longer, or shorter, and gone through after.</summary>
    [Theory]
    [InlineData("one\ntwo\n", 4, "one")]
    [InlineData("one\ntwo", 10, "one two\0\0\0")]
    public void All_lines_are_those_of_the_map_when_the_loop_begins(string text, int length, string expected)
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding(Encoding.ASCII.GetBytes(text)), MapAccess.ReadWrite);
        MapLines lines = map.Lines();
        map.Resize(length);
        List<string> found = [];
        foreach (ReadOnlySpan<byte> line in lines)
        {
            found.Add(Encoding.ASCII.GetString(line));
        }
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public void All_lines_are_those_there_are_when_the_loop_begins()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(10, new MapOptions { Reserve = 100 });
        Assert.True(map.TryWrite(0, "a\nb\nc\nd\ne\n"u8, out _));
        MapLines lines = map.Lines();
        map.Resize(4);
        int count = 0;
        foreach (ReadOnlySpan<byte> line in lines)
        {
            count += line.Length;
        }
        Assert.Equal(2, count);
    }

    [Fact]
    public void Any_text_has_the_lines_that_splitting_it_gives() =>
        s_text.Sample(text =>
        {
            using MemoryMap map = MapOf(text);
            return LinesOf(map, new MapRange(0, text.Length)).SequenceEqual(NaiveLines(text));
        }, threads: 1);

    [Fact]
    public void Chunks_cover_the_map_and_end_on_the_delimiter_as_soon_as_they_may() =>
        Gen.Select(s_text, Gen.Long[1, 80]).Sample((text, size) =>
        {
            using MemoryMap map = MapOf(text);
            long next = 0;
            foreach (MapRange chunk in map.Chunks(size, (byte)'\n'))
            {
                long end = chunk.Offset + chunk.Length;
                bool good = chunk.Offset == next && chunk.Length > 0 && end <= text.Length
                    && (end == text.Length || text[end - 1] == '\n')
                    && (end == text.Length || chunk.Length >= size)
                    // No delimiter from the least length on but the last byte: it would have ended there.
                    && (chunk.Length <= size
                        || text.AsSpan((int)(chunk.Offset + size - 1), (int)(chunk.Length - size)).IndexOf((byte)'\n') < 0);
                if (!good)
                {
                    return false;
                }
                next = end;
            }
            return next == text.Length;
        }, threads: 1);

    [Fact]
    public void The_lines_of_all_chunks_are_the_lines_of_the_map() =>
        Gen.Select(s_text, Gen.Long[1, 80]).Sample((text, size) =>
        {
            using MemoryMap map = MapOf(text);
            return map.Chunks(size, (byte)'\n').SelectMany(chunk => LinesOf(map, chunk)).SequenceEqual(NaiveLines(text));
        }, threads: 1);

    [Fact]
    public void One_chunk_is_enough_for_a_size_as_long_as_the_map_or_no_delimiter_at_all()
    {
        using MemoryMap map = MapOf(Encoding.ASCII.GetBytes("ab\ncd\nef"));
        Assert.Equal([new MapRange(0, 8)], map.Chunks(8, (byte)'\n'));
        Assert.Equal([new MapRange(0, 8)], map.Chunks(long.MaxValue, (byte)'\n'));
        Assert.Equal([new MapRange(0, 8)], map.Chunks(1, (byte)'|'));
        Assert.Equal([new(0, 3), new(3, 3), new(6, 2)], map.Chunks(1, (byte)'\n'));
        Assert.Equal([new(0, 3), new(3, 3), new(6, 2)], map.Chunks(3, (byte)'\n'));
        Assert.Equal([new(0, 6), new(6, 2)], map.Chunks(4, (byte)'\n'));
        using MapLease lease = map.Lease(new MapRange(3, 2));
        Assert.Equal("cd", Encoding.ASCII.GetString(lease.Span));
    }

    [Fact]
    public void A_size_below_one_and_a_range_outside_are_refused()
    {
        using MemoryMap map = MapOf([1, 2, 3]);
        Refused.Naming("size", () => map.Chunks(0, 1));
        Refused.Naming("size", () => map.Chunks(-1, 1));
        Refused.Naming("offset", () => map.Lines(new MapRange(-1, 1)));
        Refused.Naming("length", () => map.Lines(new MapRange(1, 3)));
        Refused.Naming("length", () => map.Lease(new MapRange(1, 3)));
    }

    [Fact]
    public void A_map_closed_on_the_way_ends_the_chunks_and_not_the_lines()
    {
        MemoryMap map = MapOf(Encoding.ASCII.GetBytes("ab\ncd\nef"));
        using IEnumerator<MapRange> chunks = map.Chunks(1, (byte)'\n').GetEnumerator();
        Assert.True(chunks.MoveNext());
        List<string> lines = [];
        foreach (ReadOnlySpan<byte> line in map.Lines())
        {
            map.Dispose();
            lines.Add(Encoding.ASCII.GetString(line));
        }
        Assert.Equal(["ab", "cd", "ef"], lines);
        Assert.Throws<ObjectDisposedException>(() => chunks.MoveNext());
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(_scratch.At("data")));
        }
    }

    [Fact]
    public void A_line_tells_where_it_begins_counted_from_the_start_of_the_map()
    {
        using MemoryMap map = MapOf(Encoding.ASCII.GetBytes("ab\r\n\ncd\nef"));
        Assert.Equal([0, 4, 5, 8], OffsetsOf(map.Lines()));
        Assert.Equal([4, 5], OffsetsOf(map.Lines(new MapRange(4, 4))));
        Assert.Equal([1, 4, 5, 8], OffsetsOf(map.Lines(new MapRange(1, 9))));

        static List<long> OffsetsOf(MapLines lines)
        {
            List<long> offsets = [];
            using MapLines.Enumerator each = lines.GetEnumerator();
            while (each.MoveNext())
            {
                offsets.Add(each.Offset);
            }
            return offsets;
        }
    }

    [Fact]
    public void A_lease_around_the_loop_keeps_a_line_that_was_kept()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding("a\nbcd\nef"u8.ToArray()), MapAccess.ReadWrite);
        using (MapLease lease = map.Lease())
        {
            scoped ReadOnlySpan<byte> longest = default;
            foreach (ReadOnlySpan<byte> line in map.Lines())
            {
                longest = line.Length > longest.Length ? line : longest;
            }
            Assert.Throws<InvalidOperationException>(() => map.Resize(1 << 20));
            Assert.Equal("bcd", Encoding.ASCII.GetString(longest));
        }
        map.Resize(1 << 20);
    }

    [Fact]
    public void Chunks_in_parallel_count_what_one_thread_counts()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 20_000; i++)
        {
            text.Append(i % 100).Append(';').Append(i * 7 % 1000).Append('\n');
        }
        using MemoryMap map = MapOf(Encoding.ASCII.GetBytes(text.ToString()));
        long sum = 0;
        long lines = 0;
        Parallel.ForEach(map.Chunks(1000, (byte)'\n'), chunk =>
        {
            foreach (ReadOnlySpan<byte> line in map.Lines(chunk))
            {
                Interlocked.Increment(ref lines);
                int number = int.Parse(line[(line.IndexOf((byte)';') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
                Interlocked.Add(ref sum, number);
            }
        });
        Assert.Equal((20_000L, Enumerable.Range(0, 20_000).Sum(i => (long)(i * 7 % 1000))), (lines, sum));
    }

    private static List<string> LinesOf(MemoryMap map, MapRange range)
    {
        List<string> lines = [];
        foreach (ReadOnlySpan<byte> line in map.Lines(range))
        {
            lines.Add(Encoding.ASCII.GetString(line));
        }
        return lines;
    }

    private static List<string> NaiveLines(byte[] text)
    {
        List<string> parts = [.. Encoding.ASCII.GetString(text).Split('\n')];
        string last = parts[^1];
        parts.RemoveAt(parts.Count - 1);
        List<string> lines = [.. parts.Select(part => part.EndsWith('\r') ? part[..^1] : part)];
        if (last.Length != 0)
        {
            lines.Add(last);
        }
        return lines;
    }

    private MemoryMap MapOf(byte[] bytes) => MemoryMap.Open(_scratch.Holding(bytes));
}
