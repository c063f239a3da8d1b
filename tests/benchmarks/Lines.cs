using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>Going through lines of some 14 bytes. Per line.</summary>
public class Lines : IWork
{
    private const int Count = 100_000;
    private string _path = null!;
    private MemoryMap _map = null!;

    [GlobalSetup]
    public void Setup()
    {
        _path = Path.GetTempFileName();
        File.WriteAllLines(_path, Enumerable.Range(0, Count).Select(i => $"station{i % 400};{i % 99}.{i % 10}"));
        _map = MemoryMap.Open(_path);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _map.Dispose();
        File.Delete(_path);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public long IndexOfInASpan()
    {
        using MapLease lease = _map.Lease();
        ReadOnlySpan<byte> rest = lease.Span;
        long letters = 0;
        for (int end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
        {
            letters += end;
            rest = rest[(end + 1)..];
        }
        return letters;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public long MapLines()
    {
        long letters = 0;
        foreach (ReadOnlySpan<byte> line in _map.Lines())
        {
            letters += line.Length;
        }
        return letters;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public long StreamReader()
    {
        using var reader = new StreamReader(_path);
        long letters = 0;
        while (reader.ReadLine() is { } line)
        {
            letters += line.Length;
        }
        return letters;
    }
}
