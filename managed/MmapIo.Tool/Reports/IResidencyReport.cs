using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>Where the residency of each file goes.</summary>
internal interface IResidencyReport : IReport<FileResidency>
{
    /// <summary>How many slices of a file it has room for.</summary>
    int SliceLimit { get; }
}
