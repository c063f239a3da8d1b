using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>Open, map, touch every page and unmap a file of 64 KiB.</summary>
public class OpenTouchClose : IWork
{
    private DataFile _file = null!;

    [GlobalSetup]
    public void Setup() => _file = new DataFile(65536);

    [GlobalCleanup]
    public void Cleanup() => _file.Dispose();

    [Benchmark(Baseline = true)]
    public int C() => Baseline.baseline_open_touch_close(_file.Path, 65536);

    [Benchmark]
    public int Map()
    {
        using MemoryMap map = MemoryMap.Open(_file.Path);
        using MapLease lease = map.Lease();
        return Touch(lease.Span);
    }

    [Benchmark]
    public int InBox()
    {
        using var file = MemoryMappedFile.CreateFromFile(_file.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        int sum = 0;
        for (int i = 0; i < 65536; i += 4096)
        {
            sum += view.ReadByte(i);
        }
        return sum;
    }

    private static int Touch(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 4096)
        {
            sum += bytes[i];
        }
        return sum;
    }
}

/// <summary>
/// Open, map and unmap a sparse file, by its length. The kernel takes longer over a large one, if not by much: what the
/// library adds must not grow.
/// </summary>
public class OpenBySize : IWork
{
    private const long Largest = (1L << 44) - 4096;
    private readonly string _small = Path.GetTempFileName();
    private readonly string _large = Path.GetTempFileName();

    [GlobalSetup]
    public void Setup()
    {
        Resize(_small, 4096);
        Resize(_large, Largest);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        File.Delete(_small);
        File.Delete(_large);
    }

    [Benchmark(Baseline = true)]
    public int CSmall() => Baseline.baseline_open_touch_close(_small, 0);

    [Benchmark]
    public void Small() => MemoryMap.Open(_small).Dispose();

    [Benchmark]
    public int CLarge() => Baseline.baseline_open_touch_close(_large, 0);

    [Benchmark]
    public void Large() => MemoryMap.Open(_large).Dispose();

    private static void Resize(string path, long length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }
}

/// <summary>Advice on 64 KiB of a file in the page cache.</summary>
public unsafe class Advice : IWork
{
    private const int Times = 1000;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _data;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(1 << 20);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _map.Populate();
        using MapWriteLease lease = _map.LeaseForWrite();
        _data = (byte*)Unsafe.AsPointer(ref lease[0]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public void C()
    {
        for (int i = 0; i < Times; i++)
        {
            _ = Baseline.baseline_advise(_data, 65536, Mmap.MADV_WILLNEED);
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void Advise()
    {
        for (int i = 0; i < Times; i++)
        {
            _ = _map.Advise(MapAdvice.WillNeed, 0, 65536);
        }
    }
}

/// <summary>How much of a hot file of 2 GiB is in memory.</summary>
public unsafe class Residency : IWork
{
    private const long Size = 1L << 31;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _data;
    private byte[] _pages = null!;
    private bool[] _flags = null!;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path);
        using MapLease lease = _map.Lease(0, 1);
        fixed (byte* data = lease.Span)
        {
            _data = data;
        }
        _pages = new byte[_map.PageCount];
        _flags = new bool[_map.PageCount];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true)]
    public long C()
    {
        fixed (byte* pages = _pages)
        {
            return Baseline.baseline_mincore(_data, Size, pages);
        }
    }

    [Benchmark]
    public long Counts() => _map.GetResidency().ResidentPages;

    [Benchmark]
    public long Pages() => _map.GetResidency(_flags).ResidentPages;
}

/// <summary>Write 4 KiB and sync them.</summary>
public unsafe class Flush : IWork
{
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private MemoryMappedFile _inBox = null!;
    private MemoryMappedViewAccessor _accessor = null!;
    private readonly byte[] _buffer = new byte[4096];
    private byte* _data;
    private byte _value;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(1 << 20);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _inBox = MemoryMappedFile.CreateFromFile(_file.Path, FileMode.Open);
        _accessor = _inBox.CreateViewAccessor();
        using MapWriteLease lease = _map.LeaseForWrite();
        _data = (byte*)Unsafe.AsPointer(ref lease[0]);
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
    public int C()
    {
        new Span<byte>(_data, 4096).Fill(++_value);
        return Baseline.baseline_sync(_data, 4096);
    }

    [Benchmark]
    public void Lease()
    {
        using (MapWriteLease lease = _map.LeaseForWrite(0, 4096))
        {
            lease.Span.Fill(++_value);
        }
        _map.Flush(FlushMode.Sync, 0, 4096);
    }

    [Benchmark]
    public void InBoxAccessor()
    {
        _buffer.AsSpan().Fill(++_value);
        _accessor.WriteArray(0, _buffer, 0, _buffer.Length);
        _accessor.Flush();
    }
}
