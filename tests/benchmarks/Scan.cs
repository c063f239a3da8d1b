using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>The sum of all 8-byte words of a file in the page cache, one after the other. Per MiB.</summary>
public unsafe class Scan : IWork
{
    private const int Mebibytes = 1024;
    private const int FewMebibytes = 8;
    private const long Size = (long)Mebibytes << 20;
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

    [Benchmark(Baseline = true, OperationsPerInvoke = Mebibytes)]
    public ulong C() => Baseline.baseline_sum(_pointer, Size / 8);

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong PointerVectors() => Words.Sum(new ReadOnlySpan<ulong>(_pointer, (int)(Size / 8)));

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong LeaseVectors()
    {
        using MapLease lease = _map.Lease();
        return Words.Sum(MemoryMarshal.Cast<byte, ulong>(lease.Span));
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong PointerLoop() => Words.SumByPointer((ulong*)_pointer, Size / 8);

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong LeaseLoop()
    {
        using MapLease lease = _map.Lease();
        return Words.SumByIndex(lease.As<ulong>());
    }

    [Benchmark(OperationsPerInvoke = FewMebibytes)]
    public ulong InBoxAccessor()
    {
        ulong sum = 0;
        for (long i = 0; i < FewMebibytes << 20; i += 8)
        {
            sum += _accessor.ReadUInt64(i);
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong FileStreamRead()
    {
        using FileStream stream = File.OpenRead(_file.Path);
        byte[] buffer = new byte[1 << 17];
        ulong sum = 0;
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            sum += Words.Sum(MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan(0, read)));
        }
        return sum;
    }
}

/// <summary>The same by two threads, compared with memory that has no file. Per MiB.</summary>
public unsafe class TwoThreads : IWork
{
    private const int Mebibytes = 1024;
    private const long Size = (long)Mebibytes << 20;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _memory;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path);
        _map.Populate();
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Size, 1 << 21);
        new Span<byte>(_memory, (int)Size).Fill(1);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        NativeMemory.AlignedFree(_memory);
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Mebibytes)]
    public void AnonymousMemory() => InHalves(start => Words.Sum(new ReadOnlySpan<ulong>(_memory + start, (int)(Size / 16))));

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public void Lease() => InHalves(start =>
    {
        using MapLease lease = _map.Lease(start, Size / 2);
        return Words.Sum(MemoryMarshal.Cast<byte, ulong>(lease.Span));
    });

    private static void InHalves(Func<long, ulong> sum)
    {
        var other = new Thread(() => sum(Size / 2));
        other.Start();
        _ = sum(0);
        other.Join();
    }
}

/// <summary>Loops that several ways have in common.</summary>
internal static unsafe class Words
{
    public static ulong Sum(ReadOnlySpan<ulong> words)
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

    public static ulong SumByPointer(ulong* words, long count)
    {
        ulong sum = 0;
        for (long i = 0; i < count; i++)
        {
            sum += words[i];
        }
        return sum;
    }

    public static ulong SumByIndex(MappedReadOnlySpan<ulong> words)
    {
        ulong sum = 0;
        for (long i = 0; i < words.Length; i++)
        {
            sum += words[i];
        }
        return sum;
    }
}
