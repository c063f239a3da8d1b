using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Benchmarks;

/// <summary>
/// 8-byte reads at random places of a file in the page cache, each found by what was read before, as in a tree or an
/// index. Per read.
/// </summary>
public unsafe class RandomReads : IWork
{
    private const int Reads = 1 << 16;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private MemoryMappedFile _inBox = null!;
    private MemoryMappedViewAccessor _accessor = null!;
    private SafeFileHandle _handle = null!;
    private byte* _pointer;
    private ulong _at = 88172645463325252;

    [Params(1 << 18, 1 << 26, 1 << 30)]
    public long Size { get; set; }

    private ulong Mask => (ulong)Size / 2 - 1;

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
        _handle = File.OpenHandle(_file.Path);
        _ = Baseline.baseline_sum(_pointer, Size / 8);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _handle.Dispose();
        _accessor.Dispose();
        _inBox.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Reads)]
    public ulong C()
    {
        fixed (ulong* at = &_at)
        {
            return Baseline.baseline_random(_pointer, Mask, Reads, at);
        }
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong Pointer()
    {
        byte* pointer = _pointer;
        ulong mask = Mask;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            ulong value = *(ulong*)(pointer + Next(ref at, mask));
            sum += value;
            at ^= value;
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong Lease()
    {
        using MapLease lease = _map.Lease();
        ulong mask = Mask;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            ulong value = lease.Read<ulong>((long)Next(ref at, mask));
            sum += value;
            at ^= value;
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong MapRead()
    {
        ulong mask = Mask;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            ulong value = _map.Read<ulong>((long)Next(ref at, mask));
            sum += value;
            at ^= value;
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong InBoxAccessor()
    {
        ulong mask = Mask;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            ulong value = _accessor.ReadUInt64((long)Next(ref at, mask));
            sum += value;
            at ^= value;
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads / 16)]
    public ulong RandomAccessRead()
    {
        ulong mask = Mask;
        ulong at = _at;
        ulong sum = 0;
        Span<byte> buffer = stackalloc byte[8];
        for (int i = 0; i < Reads / 16; i++)
        {
            _ = RandomAccess.Read(_handle, buffer, (long)Next(ref at, mask));
            ulong value = BitConverter.ToUInt64(buffer);
            sum += value;
            at ^= value;
        }
        _at = at;
        return sum;
    }

    private static ulong Next(ref ulong at, ulong mask)
    {
        at ^= at << 13;
        at ^= at >> 7;
        at ^= at << 17;
        return at & mask;
    }
}
