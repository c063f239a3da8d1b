using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>The sum of all 8-byte words of a file in the page cache, one after the other.</summary>
public unsafe class Scan : IWork
{
    private const long Size = 1L << 30;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private MemoryMappedFile _inBox = null!;
    private MemoryMappedViewAccessor _accessor = null!;
    private byte* _pointer;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path);
        _map.Populate();
        _inBox = MemoryMappedFile.CreateFromFile(_file.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _accessor = _inBox.CreateViewAccessor(0, Size, MemoryMappedFileAccess.Read);
        _accessor.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        _ = Baseline.baseline_sum(_pointer, Size / 8);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _accessor.Dispose();
        _inBox.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true)]
    public ulong C() => Baseline.baseline_sum(_pointer, Size / 8);

    [Benchmark]
    public ulong Pointer() => Sum(new ReadOnlySpan<ulong>(_pointer, (int)(Size / 8)));

    [Benchmark]
    public ulong Lease()
    {
        using MapLease lease = _map.Lease();
        return Sum(MemoryMarshal.Cast<byte, ulong>(lease.Span));
    }

    [Benchmark]
    public ulong LeaseIndexed()
    {
        using MapLease lease = _map.Lease();
        MappedReadOnlySpan<ulong> words = lease.As<ulong>();
        ulong sum = 0;
        for (long i = 0; i < words.Length; i++)
        {
            sum += words[i];
        }
        return sum;
    }

    [Benchmark]
    public ulong PointerIndexed()
    {
        ulong sum = 0;
        for (long i = 0; i < Size / 8; i++)
        {
            sum += ((ulong*)_pointer)[i];
        }
        return sum;
    }

    private static ulong Sum(ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        Vector<ulong> a = Vector<ulong>.Zero;
        Vector<ulong> b = Vector<ulong>.Zero;
        int i = 0;
        for (; i + 1 < vectors.Length; i += 2)
        {
            a += vectors[i];
            b += vectors[i + 1];
        }
        for (; i < vectors.Length; i++)
        {
            a += vectors[i];
        }
        return Vector.Sum(a + b);
    }
}
