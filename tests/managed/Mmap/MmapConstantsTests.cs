using System.Reflection;

namespace MmapIo.Tests;

/// <summary>The constants have C's names and Linux's numbers, on every system and for ever.</summary>
public sealed class MmapConstantsTests
{
    private static readonly (string Name, int Value)[] s_table =
    [
        ("PROT_NONE", 0), ("PROT_READ", 1), ("PROT_WRITE", 2), ("PROT_EXEC", 4),
        ("MAP_SHARED", 0x1), ("MAP_PRIVATE", 0x2), ("MAP_ANONYMOUS", 0x20), ("MAP_LOCKED", 0x2000),
        ("MAP_NORESERVE", 0x4000), ("MAP_POPULATE", 0x8000), ("MAP_NONBLOCK", 0x10000), ("MAP_HUGETLB", 0x40000),
        ("MADV_NORMAL", 0), ("MADV_RANDOM", 1), ("MADV_SEQUENTIAL", 2), ("MADV_WILLNEED", 3), ("MADV_DONTNEED", 4),
        ("MADV_FREE", 8), ("MADV_REMOVE", 9), ("MADV_DONTFORK", 10), ("MADV_DOFORK", 11), ("MADV_MERGEABLE", 12),
        ("MADV_UNMERGEABLE", 13), ("MADV_HUGEPAGE", 14), ("MADV_NOHUGEPAGE", 15), ("MADV_DONTDUMP", 16),
        ("MADV_DODUMP", 17), ("MADV_WIPEONFORK", 18), ("MADV_KEEPONFORK", 19), ("MADV_COLD", 20),
        ("MADV_PAGEOUT", 21), ("MADV_POPULATE_READ", 22), ("MADV_POPULATE_WRITE", 23), ("MADV_DONTNEED_LOCKED", 24),
        ("MADV_COLLAPSE", 25),
        ("MS_ASYNC", 1), ("MS_INVALIDATE", 2), ("MS_SYNC", 4),
    ];

    [Fact]
    public void Every_constant_has_the_number_that_C_gives_it()
    {
        IEnumerable<(string Name, int Value)> found =
            from field in typeof(Mmap).GetFields(BindingFlags.Public | BindingFlags.Static)
            select (field.Name, (int)field.GetRawConstantValue()!);
        Assert.Equal(s_table.Order(), found.Order());
    }

    [Fact]
    public void Every_advice_has_the_number_and_the_name_of_its_constant()
    {
        IEnumerable<(string Name, int Value)> expected =
            from constant in s_table
            where constant.Name.StartsWith("MADV_", StringComparison.Ordinal)
            select (constant.Name["MADV_".Length..].Replace("_", "", StringComparison.Ordinal), constant.Value);
        IEnumerable<(string Name, int Value)> found =
            from advice in Enum.GetValues<MapAdvice>()
            select ($"{advice}".ToUpperInvariant(), (int)advice);
        Assert.Equal(expected.Order(), found.Order());
    }

    [Fact]
    public void PAGESIZE_is_the_size_of_a_page_of_this_machine()
    {
        Assert.Equal(Environment.SystemPageSize, Mmap.PAGESIZE);
        Assert.Equal(Environment.SystemPageSize, MemoryMap.PageSize);
    }
}
