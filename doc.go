package houfeng
