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
        Assert.Equal(47474L, BitConverter.ToInt64(File.ReadAllBytes(path), 4096));
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

        Assert.Equal(MemoryMap.Capabilities.GetOutcome(MapAdvice.WillNeed), outcome);
        Assert.Equal(map.PageCount, residency.Pages);
    }

    [Fact]
    public void The_calls_of_the_man_pages()
    {
        string path = _scratch.Patterned(100_000);
        long size = new FileInfo(path).Length;
        using SafeFileHandle file = File.OpenHandle(path);

        // readme: mmap
        using MemoryMap buffer = Mmap.Map(size, Mmap.PROT_READ, Mmap.MAP_SHARED, file, 0, Mmap.MADV_SEQUENTIAL);
        Mmap.Advise(buffer, Mmap.MADV_RANDOM);
        (long unmapped, long mapped) = Mmap.InCore(buffer);
        // end

        Assert.Equal(buffer.PageCount, unmapped + mapped);
    }
}
