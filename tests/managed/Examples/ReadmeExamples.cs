using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// The README's examples, which run here. What stands between the comments is there word for word:
/// <see cref="ReadmeTests"/> compares.
/// </summary>
public sealed class ReadmeExamples : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Counting_lines()
    {
        string path = _scratch.Holding("one\ntwo\nthree\n"u8.ToArray());

        // readme: lease
        using MemoryMap map = MemoryMap.Open(path);
        using MapLease lease = map.Lease();
        int lines = lease.Span.Count((byte)'\n');
        // end

        Assert.Equal(3, lines);
    }

    [Fact]
    public void Creating_writing_and_flushing()
    {
        string path = _scratch.At("new");

        // readme: write
        var options = new MapOptions { Length = 1L << 20, Mode = FileMode.OpenOrCreate };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        map.Write(4096, 47474L);
        map.Flush(FlushMode.Durable);
        // end

        Assert.Equal(1 << 20, new FileInfo(path).Length);
        Assert.Equal(47474L, BitConverter.ToInt64(Files.Bytes(path), 4096));
    }

    [Fact]
    public void Advice_and_residency()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100_000));

        // readme: outcome
        AdviceOutcome outcome = map.Advise(MapAdvice.WillNeed, 0, 65536);
        MapResidency residency = map.GetResidency();
        Console.WriteLine($"{outcome}: {residency.ResidentPages} of {residency.Pages} pages are in memory");
        // end

        // Files in memory have nothing to be read from.
        Assert.InRange(outcome, AdviceOutcome.Ignored, MemoryMap.Capabilities.GetOutcome(MapAdvice.WillNeed));
        Assert.Equal(map.PageCount, residency.Pages);
    }

    [Fact]
    public void Reading_ahead_in_batches()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100_000));
        long[] offsets = [90_000, 12, 50_000];
        long sum = 0;

        // readme: prefetch
        MapRange[] wanted = [.. offsets.Select(offset => new MapRange(offset, 8))];
        map.Prefetch(wanted);
        foreach (MapRange range in wanted)
        {
            sum += map.Read<long>(range.Offset);
        }
        // end

        Assert.Equal(offsets.Sum(offset => BitConverter.ToInt64(Pattern.Bytes((int)offset, 8))), sum);
    }

    [Fact]
    public void A_file_without_a_map()
    {
        Needs.Capability(MemoryMap.Capabilities.CanEvictFiles, "evict files");
        string path = _scratch.Patterned(100_000);

        // readme: file
        MapResidency before = MapFile.GetResidency(path);
        MapEviction eviction = MapFile.Evict(path);
        Console.WriteLine($"{before.DirtyPages} pages were modified, {eviction.RemainingPages} are still in memory");
        // end

        Assert.Equal(before.Pages, eviction.Pages);
    }

    [Fact]
    public void The_calls_of_the_man_pages()
    {
        string path = _scratch.Patterned(100_000);
        long size = new FileInfo(path).Length;
        using SafeFileHandle file = Files.Open(path);

        // readme: mmap
        using MemoryMap buffer = Mmap.Map(size, Mmap.PROT_READ, Mmap.MAP_SHARED, file, 0, Mmap.MADV_SEQUENTIAL);
        Mmap.Advise(buffer, Mmap.MADV_RANDOM);
        (long unmapped, long mapped) = Mmap.InCore(buffer);
        // end

        Assert.Equal(buffer.PageCount, unmapped + mapped);
    }

    [Fact]
    public void A_copy_that_survives()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100_000));
        long offset = 0;

        // readme: copy
        Span<byte> buffer = stackalloc byte[4096];
        if (!map.TryRead(offset, buffer, out int read))
        {
            Console.WriteLine($"The file was cut off: {read} good bytes");
        }
        // end

        Assert.Equal(4096, read);
        Assert.Equal(Pattern.Bytes(0, 4096), buffer.ToArray());
    }

    [Fact]
    public void A_counter_of_several_processes()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(8);

        // readme: counter
        long visitors = map.Add(0, 1L);
        // end

        Assert.Equal(1, visitors);
    }

    [Fact]
    public void An_array_that_grows()
    {
        string path = _scratch.At("samples");

        // readme: array
        using MappedArray<double> samples = MappedArray<double>.Create(path, 1000);
        samples[999] = 0.5;
        samples.Resize(2000);
        // end

        Assert.Equal(0.5, samples[999]);
        Assert.Equal(16_000, new FileInfo(path).Length);
    }

    [Fact]
    public void Appending()
    {
        string path = _scratch.Holding("first\n"u8.ToArray());
        Append(path);
        Assert.Equal("first\nappended\n", File.ReadAllText(path));
    }

    private static void Append(string path)
    {
        // readme: append
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Reserve = 1L << 30 });
        using MapBufferWriter writer = map.AsBufferWriter(map.Length);
        writer.Write("appended\n"u8);
        // end
    }

    [Fact]
    public void Memory_that_processes_share()
    {
        Needs.Capability(MemoryMap.Capabilities.CanShareByName, "share memory by name");

        // readme: shared
        using MemoryMap map = MemoryMap.CreateShared("visitors", 4096, new MapOptions { DeleteOnClose = true });
        using MemoryMap other = MemoryMap.OpenShared("visitors", MapAccess.ReadWrite);
        long visitors = other.Add(0, 1L);
        // end

        Assert.Equal((1L, 1L), (visitors, map.Read<long>(0)));
    }

    [Fact]
    public void A_ring_between_two()
    {
        ReadOnlySpan<byte> message = "hello"u8;

        // readme: ring
        using MapRingBuffer ring = MapRingBuffer.Create(65536);
        message.CopyTo(ring.GetWriteSpan());
        ring.Advance(message.Length);
        int received = ring.GetReadSpan().Length;
        ring.Consume(received);
        // end

        Assert.Equal(5, received);
    }

    [Fact]
    public void Going_through_lines()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding("one\ntwo\nthree\n"u8.ToArray()));

        // readme: lines
        long letters = 0;
        foreach (ReadOnlySpan<byte> line in map.Lines())
        {
            letters += line.Length;
        }
        // end

        // readme: chunks
        long total = map.Chunks(1 << 20, (byte)'\n').AsParallel().Sum(chunk => Count(map, chunk));
        // end

        Assert.Equal(11, letters);
        Assert.Equal(letters, total);

        static long Count(MemoryMap map, MapRange chunk)
        {
            long count = 0;
            foreach (ReadOnlySpan<byte> line in map.Lines(chunk))
            {
                count += line.Length;
            }
            return count;
        }
    }

    [Fact]
    public void What_else_a_map_can_be()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding("[1,2]"u8.ToArray()));

        // readme: adapters
        var reader = new Utf8JsonReader(map.AsSequence());
        using var text = new StreamReader(map.AsStream());
        // end

        Assert.True(reader.Read());
        Assert.Equal("[1,2]", text.ReadToEnd());
    }
}
