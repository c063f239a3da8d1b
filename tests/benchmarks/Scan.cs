using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>
/// The sum of all 8-byte words of a file in the page cache, one after the other. Per MiB. Each call takes the next 64 MiB:
/// twice what the processor's cache holds, and soon done, so that some calls are not interrupted.
/// </summary>
public unsafe class Scan : IWork
{
    private const int Mebibytes = 64;
    private const int FewMebibytes = 2;
    private const long Size = 1L << 30;
    private const long Window = (long)Mebibytes << 20;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private MemoryMappedFile _inBox = null!;
    private MemoryMappedViewAccessor _accessor = null!;
    private byte* _pointer;
    private readonly byte[] _buffer = new byte[1 << 17];
    private FileStream _stream = null!;
    private long _next;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path);
        _map.Populate();
        _inBox = MemoryMappedFile.CreateFromFile(_file.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _accessor = _inBox.CreateViewAccessor(0, Size, MemoryMappedFileAccess.Read);
        using (MapLease lease = _map.Lease())
        {
            _pointer = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in lease.Slice(0, 1)[0]));
        }
        _stream = File.OpenRead(_file.Path);
        _ = Baseline.baseline_sum(_pointer, Size / 8);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _stream.Dispose();
        _accessor.Dispose();
        _inBox.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Mebibytes)]
    public ulong C() => Baseline.baseline_sum(_pointer + Next(), Window / 8);

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong PointerVectors() => Words.Sum(new ReadOnlySpan<ulong>(_pointer + Next(), (int)(Window / 8)));

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong LeaseVectors()
    {
        using MapLease lease = _map.Lease(Next(), Window);
        return Words.Sum(MemoryMarshal.Cast<byte, ulong>(lease.Span));
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong PointerLoop() => Words.SumByPointer((ulong*)(_pointer + Next()), Window / 8);

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong LeaseLoop()
    {
        using MapLease lease = _map.Lease(Next(), Window);
        return Words.SumByIndex(lease.As<ulong>());
    }

    [Benchmark(OperationsPerInvoke = FewMebibytes)]
    public ulong InBoxAccessor()
    {
        ulong sum = 0;
        long start = Next();
        for (long i = start; i < start + (FewMebibytes << 20); i += 8)
        {
            sum += _accessor.ReadUInt64(i);
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public ulong FileStreamRead()
    {
        _stream.Position = Next();
        ulong sum = 0;
        for (int i = 0; i < Window / _buffer.Length; i++)
        {
            _stream.ReadExactly(_buffer);
            sum += Words.Sum(MemoryMarshal.Cast<byte, ulong>(_buffer));
        }
        return sum;
    }

    private long Next() => _next = (_next + Window) % Size;
}

/// <summary>The same by two threads, compared with memory that has no file. Per MiB.</summary>
public unsafe class TwoThreads : IWork
{
    private const int Mebibytes = 128;
    private const long Size = 1L << 30;
    private const long Half = (long)Mebibytes << 19;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _memory;
    private long _next;

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
    public void AnonymousMemory() => InHalves(start => Words.Sum(new ReadOnlySpan<ulong>(_memory + start, (int)(Half / 8))));

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public void Lease() => InHalves(start =>
    {
        using MapLease lease = _map.Lease(start, Half);
        return Words.Sum(MemoryMarshal.Cast<byte, ulong>(lease.Span));
    });

    private void InHalves(Func<long, ulong> sum)
    {
        long start = _next = (_next + Half + Half) % Size;
        var other = new Thread(() => sum(start + Half));
        other.Start();
        _ = sum(start);
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
